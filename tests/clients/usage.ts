// What the types of the published client let an application write, and what they don't.
import { bearerTokens, Hub, JourneyDocument, PersonsDocument, type Access } from "./index.js";

const hub = new Hub("https://hub.exemple.fr/graphql", bearerTokens(async () => "token"));

export async function names(id: string): Promise<(string | null)[]> {
  const answer = await hub.execute(JourneyDocument, { id }, { purpose: "suivi" });
  const entry: Access | undefined = answer.why("person", "rsa");
  // @ts-expect-error: a person may be null
  answer.whole().person.firstName;
  // @ts-expect-error: no such field was asked for
  answer.whole().person?.birthName;
  // @ts-expect-error: the operation has a variable that must be given
  await hub.execute(JourneyDocument, {});
  // @ts-expect-error: an identifier is a text
  await hub.execute(JourneyDocument, { id: 1 });
  // @ts-expect-error: the operation has no cursor
  hub.pages(JourneyDocument, { id }, (data) => data.person?.appointments);
  const firstNames: (string | null)[] = [entry?.reason ?? null];
  for await (const page of hub.pages(PersonsDocument, { first: 2 }, (data) => data.persons, { purpose: "suivi" })) {
    firstNames.push(...page.nodes.map((person) => person.firstName));
  }
  return firstNames;
}
