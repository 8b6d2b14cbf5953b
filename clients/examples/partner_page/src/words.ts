/** Values of the hub in words. */

const DAY = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long", timeZone: "Europe/Paris" });
const TIME = new Intl.DateTimeFormat("fr-FR", { timeStyle: "short", timeZone: "Europe/Paris" });

/** An enum value in the words of the schema, or as it is if this client does not know it. */
export function words(labels: Readonly<Record<string, string>>, value: string | null | undefined): string | null {
  return value ? (labels[value] ?? value) : null;
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
