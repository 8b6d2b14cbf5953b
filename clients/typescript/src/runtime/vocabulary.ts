// Made by `make generated`.

export const SCHEMA_VERSION = "1.0.0";

/** Décision sur un champ. */
export type Decision = "open" | "allow" | "mask" | "match" | "write" | "deny";

/** Pourquoi un champ est refusé, ou vide. */
export type Reason = "NOT_YOUR_ROW" | "FIELD_NOT_FOR_PURPOSE" | "FIELD_NOT_FOR_ACTOR" | "FIELD_NOT_FOR_CLIENT" | "OPPOSITION" | "RETENTION_ENDED" | "NOT_HELD" | "NOT_FOUND" | "FORBIDDEN_INPUT";

/** Finalité déclarée par une requête. */
export type Purpose = "identification" | "fiabilisation" | "orientation" | "diagnostic" | "contrat" | "suivi" | "actions" | "formation" | "iae" | "pmsmp" | "droits" | "demande" | "statistique" | "audit";
