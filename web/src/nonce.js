// Monaco adds its theme in <style> elements: each takes the nonce of this answer, so that no other style is admitted.
const nonce = document.querySelector('meta[name="csp-nonce"]').content;
const create = document.createElement;
document.createElement = function createElement(name, options) {
  const element = create.call(this, name, options);
  if (String(name).toLowerCase() === "style") element.nonce = nonce;
  return element;
};
