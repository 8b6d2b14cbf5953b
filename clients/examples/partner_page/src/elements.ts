/** Elements made of text alone: nothing that the hub answers is read as HTML. */

type Child = Node | string | null | undefined | false;

/** An element with these children; those that are nothing are left out. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child): child is Node | string => Boolean(child)));
  return made;
}

/** The element of this id in `index.html`. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new TypeError(`no element ${id}`);
  return found;
}
