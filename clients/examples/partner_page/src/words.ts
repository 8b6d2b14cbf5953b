/** Values of the hub in words: those of the schema's descriptions, for what a user meets most. */

const WORDS: Readonly<Record<string, string>> = {
  INCONNU: "à venir ou non renseigné",
  VU: "la personne est venue",
  ABSENT: "la personne n’est pas venue",
  EXCUSE: "la personne s’est excusée",
  ANNULE: "annulé par le service",
  PHYSIQUE: "sur place",
  TELEPHONE: "par téléphone",
  VISIO: "en visioconférence",
  DOMICILE: "au domicile de la personne",
  CER: "contrat d’engagements réciproques",
  PPAE: "projet personnalisé d’accès à l’emploi",
  EMPLOI: "parcours emploi",
  SOCIO_PRO: "parcours socio-professionnel",
  SOCIAL: "parcours social",
  OUI: "présente",
  CLOTUREE: "résolue",
  rsa_orientation: "orientation RSA",
  rsa_accompagnement: "accompagnement RSA",
  rsa_cer_signature: "signature du contrat d’engagements",
  siae_interview: "entretien d’embauche en structure d’insertion",
};
const DAY = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeZone: "Europe/Paris" });
const TIME = new Intl.DateTimeFormat("fr-FR", { timeStyle: "short", timeZone: "Europe/Paris" });

/** An enum value or a code, readable. */
export function words(code: string | null): string | null {
  return code && (WORDS[code] ?? code.replaceAll("_", " ").toLowerCase());
}

/** A day, or the day of an instant, in Paris. */
export function day(value: string | null): string | null {
  return value && DAY.format(new Date(value));
}

/** The time of an instant, in Paris. */
export function time(value: string | null): string | null {
  return value && TIME.format(new Date(value));
}

/** What is known of these parts, as one line. */
export function line(...parts: (string | null | undefined)[]): string {
  return parts.filter(Boolean).join(", ");
}

/** The day of today, or of a later one, as a form and the hub write it. */
export function isoDay(instant: Date): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Paris" }).format(instant);
}
