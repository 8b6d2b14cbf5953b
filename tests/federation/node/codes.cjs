// The codes of Apollo's composition errors.
const { ERRORS } = require("@apollo/federation-internals");
process.stdout.write(JSON.stringify(Object.values(ERRORS).map((each) => each.code)));
