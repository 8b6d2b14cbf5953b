"""A small graph of our own: products, inventory, reviews, accounts. Inventory is written for Federation 1."""

from __future__ import annotations

from typing import Any

from tests.federation.harness import HEAD, Gateway, Part

USERS: dict[str, dict[str, Any]] = {
    "u1": {"id": "u1", "name": "Aïda", "username": "@aida"},
    "u2": {"id": "u2", "name": None, "username": "@bruno"},
}
PRODUCTS: dict[str, dict[str, Any]] = {
    "p1": {"upc": "p1", "name": "Table", "price": 899, "weight": 100, "inStock": True},
    "p2": {"upc": "p2", "name": "Chaise", "price": 54, "weight": None, "inStock": False},
    "p3": {"upc": "p3", "name": "Lampe", "price": 20, "weight": 5, "inStock": True},
}
REVIEWS: dict[str, dict[str, Any]] = {
    "r1": {"id": "r1", "body": "Très bien", "author": USERS["u1"], "product": PRODUCTS["p1"]},
    "r2": {"id": "r2", "body": "Trop cher", "author": USERS["u2"], "product": PRODUCTS["p1"]},
    "r3": {"id": "r3", "body": "Solide", "author": USERS["u1"], "product": PRODUCTS["p2"]},
}
for _product in PRODUCTS.values():
    _product["reviews"] = [r for r in REVIEWS.values() if r["product"] is _product]
for _user in USERS.values():
    _user["reviews"] = [r for r in REVIEWS.values() if r["author"] is _user]
ROOT = {
    "topProducts": lambda info, first=3: list(PRODUCTS.values())[:first],
    "me": USERS["u1"],
    "users": list(USERS.values()),
}


def estimate(product: dict[str, Any], info: Any) -> int | None:
    """Shipping from what the representation holds, where the subgraph resolves it."""
    stored = product.get("__representation", product)
    return None if stored["weight"] is None else int(stored["price"]) * int(stored["weight"]) // 10


RESOLVERS = {"Product.shippingEstimate": estimate}

PARTS = (
    Part(
        "products",
        HEAD
        + """
        type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
        type Query { topProducts(first: Int = 3): [Product!] }
        """,
        ROOT,
        {"Product": lambda representation: PRODUCTS.get(representation["upc"])},
    ),
    Part(
        "inventory",
        """
        extend type Product @key(fields: "upc") {
          upc: String! @external
          price: Int @external
          weight: Int @external
          inStock: Boolean
          shippingEstimate: Int @requires(fields: "price weight")
        }
        """,
        {},
        {"Product": lambda representation: PRODUCTS.get(representation["upc"])},
        RESOLVERS,
    ),
    Part(
        "reviews",
        HEAD
        + """
        type Product @key(fields: "upc") { upc: String! reviews: [Review!] }
        type Review @key(fields: "id") {
          id: ID! body: String author: User @provides(fields: "username") product: Product
        }
        type User @key(fields: "id") { id: ID! username: String @external reviews: [Review!] }
        """,
        {},
        {
            "Product": lambda representation: PRODUCTS.get(representation["upc"]),
            "Review": lambda representation: REVIEWS.get(representation["id"]),
            "User": lambda representation: USERS.get(representation["id"]),
        },
    ),
    Part(
        "accounts",
        HEAD
        + """
        type User @key(fields: "id") { id: ID! name: String username: String @shareable }
        type Query { me: User users: [User!] }
        """,
        ROOT,
        {"User": lambda representation: USERS.get(representation["id"])},
    ),
)


def shop() -> Gateway:
    return Gateway(*PARTS)
