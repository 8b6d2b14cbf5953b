/** The appointments of one day, over all people whom the user follows, each of which leads to its person's journey. */

import { AgendaDocument, type AgendaQuery, type Hub, LABELS, Withheld } from "spie-hub-client";

import { byId, element } from "./elements";
import { explanation } from "./reasons";
import { line, time, words } from "./words";

type Appointment = NonNullable<NonNullable<AgendaQuery["appointments"]>["nodes"]>[number];

/** Reads the appointments of a day, every page of them; what it returns shows them, and says how many there are. `open`
 * is called with the id of a person that is chosen. */
export async function agenda(hub: Hub, day: string, purpose: string, open: (id: string) => void): Promise<() => number> {
  const place = byId("appointments");
  const items: Node[] = [];
  try {
    for await (const page of hub.pages(AgendaDocument, { day }, (data) => data.appointments, { purpose })) {
      items.push(...page.nodes.map((appointment) => row(appointment, open)));
    }
  } catch (error) {
    if (!(error instanceof Withheld)) throw error;
    const reasons = error.access.filter((entry) => entry.reason).map(explanation);
    return () => {
      place.replaceChildren(...reasons);
      return 0;
    };
  }
  return () => {
    place.replaceChildren(items.length > 0 ? element("ol", { className: "day" }, ...items) : "");
    return items.length;
  };
}

function row({ startsAt, mode, status, motive, person }: Appointment, open: (id: string) => void): Node {
  const name = line(person && `${person.firstName} ${person.lastName}`) || "Personne que vous ne lisez pas";
  const what = line(words(LABELS.MotiveCategory, motive?.category), words(LABELS.AppointmentMode, mode), words(LABELS.AppointmentStatus, status));
  const heading = `${time(startsAt) ?? "heure tue"} – ${name}`;
  const onclick = person && (() => open(person.id));
  const button = onclick ? element("button", { type: "button", onclick }, heading) : element("strong", {}, heading);
  return element("li", {}, button, element("p", {}, what), person?.contact?.phones?.[0] && element("p", {}, person.contact.phones[0]));
}
