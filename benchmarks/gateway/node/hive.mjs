// Hive Gateway's configuration: every request is answered on its own, as requests of different people are.
import { defineConfig } from "@graphql-hive/gateway";

export const gatewayConfig = defineConfig({
  inboundInflightRequestDeduplication: false,
  transportEntries: { "*": { options: { deduplicateInflightRequests: false } } },
  healthCheckEndpoint: "/healthz",
  logging: "error",
});
