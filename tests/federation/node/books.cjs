// A subgraph as Apollo's documentation writes one: `@apollo/subgraph`, served by `graphql-http` on Node's own server.
// Prints its address once it listens; `slow` never answers, and a caller that leaves is told on the next line.
const http = require("http");
const { buildSubgraphSchema } = require("@apollo/subgraph");
const { parse, GraphQLError } = require("graphql");
const { createHandler } = require("graphql-http/lib/use/http");

const typeDefs = parse(`
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable", "@external", "@requires", "@inaccessible"])

  "Un livre de la bibliothèque."
  type Book @key(fields: "isbn") @key(fields: "shelf { room place }") {
    isbn: ID!
    title: String!
    pages: Int
    shelf: Shelf
    kind: Kind
    broken: String
    slow: String
    secret: String @inaccessible
    related: [Item!]!
    borrowers: Int! @external
    popular: Boolean @requires(fields: "borrowers")
  }
  type Shelf @shareable { room: Int! place: Int! }
  type Film @key(fields: "id") { id: ID! title: String! minutes: Int }
  union Item = Book | Film
  enum Kind { NOVEL ESSAY }
  type Member @key(fields: "id", resolvable: false) { id: ID! }
  type Query { books(kind: Kind): [Book!]! book(isbn: ID!): Book }
  type Mutation { rename(isbn: ID!, title: String!): Book }
`);

const films = [{ __typename: "Film", id: "f1", title: "Nausicaä", minutes: 117 }];
const books = [
  { isbn: "1", title: "Les Misérables", pages: 1900, shelf: { room: 1, place: 2 }, kind: "NOVEL", secret: "s" },
  { isbn: "2", title: "Essais", pages: null, shelf: { room: 1, place: 3 }, kind: "ESSAY", secret: "s" },
].map((each) => ({ __typename: "Book", ...each }));
const sameShelf = (one, other) => one && other && one.room === other.room && one.place === other.place;
const find = ({ isbn, shelf }) => books.find((each) => each.isbn === isbn || sameShelf(each.shelf, shelf)) ?? null;

const schema = buildSubgraphSchema({
  typeDefs,
  resolvers: {
    Query: {
      books: (_, { kind }) => books.filter((each) => kind == null || each.kind === kind),
      book: (_, given) => find(given),
    },
    Mutation: { rename: (_, { isbn, title }) => Object.assign(find({ isbn }), { title }) },
    Book: {
      __resolveReference(reference) {
        const found = find(reference);
        return found && { ...found, borrowers: reference.borrowers };
      },
      broken() {
        throw new GraphQLError("secret of the subgraph", { extensions: { code: "ITS_OWN", stack: ["secret"] } });
      },
      slow: () => new Promise(() => {}),
      related: (book) => [...books.filter((each) => each.isbn !== book.isbn), ...films],
      popular: ({ borrowers }) => borrowers > 1,
    },
    Film: { __resolveReference: ({ id }) => films.find((each) => each.id === id) ?? null },
  },
});

const handle = createHandler({ schema });
const server = http.createServer((request, response) => {
  response.on("close", () => response.writableFinished || console.log("left"));
  handle(request, response);
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/graphql`));
