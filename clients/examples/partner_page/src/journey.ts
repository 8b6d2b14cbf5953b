/** One person's journey, step by step: what the hub answers, or why it does not. */

import { JourneyDocument, LABELS, type Answer, type Hub, type JourneyQuery } from "spie-hub-client";

import { byId, element } from "./elements";
import { explanation } from "./reasons";
import { day, line, time, words } from "./words";

type Person = NonNullable<JourneyQuery["person"]>;
type Lines = (person: Person) => string[] | null | undefined;

/** Titles of the steps, the field of the person that each shows, and its lines. */
const STEPS: readonly (readonly [string, keyof Person, Lines])[] = [
  ["Naissance", "birthDate", ({ birthDate }) => one(birthDate, (value) => day(value))],
  ["Coordonnées", "contact", ({ contact }) => one(contact, ({ phones, email }) => line(...(phones ?? []), email))],
  ["RSA", "rsa", ({ rsa }) => one(rsa, ({ status }) => words(LABELS.RsaStatus, status))],
  ["Référent", "referent", ({ referent }) =>
    one(referent, ({ agent, structure, since }) =>
      line(agent && `${agent.firstName} ${agent.lastName}`, structure?.name, since && `depuis le ${day(since)}`))],
  ["Freins", "constraints", ({ constraints }) =>
    constraints?.map(({ theme, state, impact }) => line(words(LABELS.ConstraintTheme, theme), words(LABELS.ConstraintState, state), impact && `effet : ${words(LABELS.ConstraintImpact, impact)}`))],
  ["Contrats", "contracts", ({ contracts }) =>
    contracts?.map(({ kind, signedOn, endsOn }) => line(words(LABELS.ContractKind, kind), signedOn && `signé le ${day(signedOn)}`, endsOn && `jusqu’au ${day(endsOn)}`))],
  ["Orientations", "orientations", ({ orientations }) =>
    orientations?.map(({ pathway, startsOn, structure }) => line(words(LABELS.Pathway, pathway), startsOn && `depuis le ${day(startsOn)}`, structure?.name))],
  ["Rendez-vous", "appointments", ({ appointments }) =>
    appointments?.nodes?.map(({ startsAt, mode, status, motive, organisation }) =>
      line(day(startsAt), time(startsAt), words(LABELS.MotiveCategory, motive?.category), words(LABELS.AppointmentMode, mode), words(LABELS.AppointmentStatus, status), organisation?.name))],
  ["Orientations vers un service", "referrals", ({ referrals }) =>
    referrals?.nodes?.map(({ status, sentOn, service }) => line(service?.name, words(LABELS.ReferralStatus, status), sentOn && `le ${day(sentOn)}`))],
  ["Candidatures", "jobApplications", ({ jobApplications }) =>
    jobApplications?.nodes?.map(({ state, company }) => line(company?.name, words(LABELS.JobApplicationState, state)))],
  ["Immersions", "immersions", ({ immersions }) =>
    immersions?.nodes?.map(({ status, startsOn, endsOn }) => line(words(LABELS.ImmersionStatus, status), startsOn && `du ${day(startsOn)}`, endsOn && `au ${day(endsOn)}`))],
  ["Formations", "trainingPlacements", ({ trainingPlacements }) =>
    trainingPlacements?.nodes?.map(({ status, session }) => line(session?.training?.title, words(LABELS.PlacementStatus, status), session?.startsOn && `le ${day(session.startsOn)}`))],
  ["Services proposés", "suggestedServices", ({ suggestedServices }) =>
    suggestedServices?.nodes?.map(({ name, structure, distanceKm }) => line(name, structure?.name, distanceKm === null ? null : `à ${distanceKm} km`))],
];

/** Reads the journey of this person; what it returns shows it, and moves there. */
export async function journey(hub: Hub, id: string, purpose: string): Promise<() => void> {
  const answer = await hub.execute(JourneyDocument, { id }, { purpose });
  const { person } = answer.data;
  return () => {
    const title = byId("journey-title");
    title.textContent = person ? `Parcours de ${person.firstName} ${person.lastName}` : "Parcours";
    byId("steps").replaceChildren(...(person ? steps(person, answer) : missing(answer, "person")));
    byId("journey").hidden = false;
    title.focus();
  };
}

function steps(person: Person, answer: Answer<JourneyQuery>): Node[] {
  return STEPS.map(([title, field, lines]) => {
    const shown = lines(person)?.filter(Boolean) ?? null;
    const list = shown && shown.length > 0 && element("ul", {}, ...shown.map((text) => element("li", {}, text)));
    const entries = missing(answer, "person", field);
    const said = list || entries.length > 0 ? [] : [element("p", { className: "nothing" }, "Rien d’enregistré.")];
    return element("section", {}, element("h3", {}, title), list, ...said, ...entries);
  });
}

/** What the hub says of this place of the answer: the failure of a source, or the decisions at and below it. */
function missing(answer: Answer<JourneyQuery>, ...path: string[]): Node[] {
  const isHere = (place: readonly (string | number)[]) => path.every((key, index) => place[index] === key);
  const failures = answer.errors.filter((error) => isHere(error.path));
  if (failures.length > 0) return failures.map(({ message }) => element("p", { className: "reason" }, message));
  const entries = answer.access.filter((entry) => isHere(entry.path));
  const byText = new Map(entries.map((entry) => [entry.message ?? entry.note, entry]));
  return [...byText.values()].map(explanation);
}

function one<Value>(value: Value | null, text: (value: Value) => string | null): string[] | null {
  return value === null ? null : [text(value) ?? ""];
}
