/** Why something is not shown, and how to get it, in the hub's own words. */

import type { Access } from "spie-hub-client";

import { element } from "./elements";

/** French names of the fields that the hub names in place of others. */
const INSTEAD: Readonly<Record<string, string>> = {
  birthYear: "l’année de naissance",
  departmentCode: "le département",
  isRsaBeneficiary: "le fait d’être bénéficiaire du RSA",
  hasParticularDifficulties: "l’existence de difficultés particulières",
  orientations: "les orientations",
  orientationAppointments: "les rendez-vous d’orientation",
};

/** A paragraph that explains this decision of the hub. */
export function explanation(entry: Access): HTMLElement {
  const instead = entry.instead?.split(".").at(-1);
  return element(
    "div",
    { className: "reason" },
    element("p", {}, entry.message ?? entry.note ?? ""),
    entry.needed && element("p", {}, `Pour l’avoir : ${entry.needed}.`),
    instead && element("p", {}, `À la place, votre application peut demander ${INSTEAD[instead] ?? instead}.`),
  );
}
