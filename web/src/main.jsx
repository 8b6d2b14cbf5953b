import "./nonce.js";
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./style.css";
import { createRoot } from "react-dom/client";
import { App } from "./App.jsx";
import { readDemo, readPage } from "./hub.js";

const root = createRoot(document.getElementById("root"));
try {
  const [page, demo] = await Promise.all([readPage(), readDemo()]);
  root.render(<App page={page} firstDemo={demo} />);
} catch (error) {
  root.render(<p className="waiting">La page n’a pas pu se charger ({error.message}) : rechargez-la.</p>);
}
