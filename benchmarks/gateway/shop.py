"""The data of the subgraphs: a shop of linked objects, the same at each run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NAMES = ("Aïda", "Bruno", "Chloé", "Driss", "Élise", "Farid")
THINGS = ("Table", "Chaise", "Lampe", "Étagère", "Tapis", "Bureau", "Miroir")
REVIEWS = 13
TEXT = (
    "Livré à l'heure, monté en dix minutes, et solide : je l'ai pris pour l'entrée, il est finalement au salon. "
    "La notice est claire, les vis sont toutes là, la couleur est celle de la photo. Reste à voir s'il tient dix ans. "
)


@dataclass(frozen=True, slots=True)
class Shop:
    """The objects of the shop, by type and key."""

    users: dict[str, dict[str, Any]]
    products: dict[str, dict[str, Any]]
    reviews: dict[str, dict[str, Any]]


def shop() -> Shop:
    """Make six users, seven products and thirteen reviews: the query's answer has 433 objects and about 87 KB."""
    users: dict[str, dict[str, Any]] = {
        str(n): {"__typename": "User", "id": str(n), "name": name, "username": f"@{name.lower()}", "reviews": []}
        for n, name in enumerate(NAMES, 1)
    }
    products: dict[str, dict[str, Any]] = {
        str(n): {
            "__typename": "Product",
            "upc": str(n),
            "name": name,
            "price": 40 + 130 * n,
            "weight": 30 * n,
            "inStock": n % 2 == 1,
            "reviews": [],
        }
        for n, name in enumerate(THINGS, 1)
    }
    reviews = {}
    for n in range(1, REVIEWS + 1):
        author, product = users[str(1 + (n - 1) % len(users))], products[str(1 + n * n % len(products))]
        reviews[str(n)] = {
            "__typename": "Review",
            "id": str(n),
            "body": f"{TEXT}{TEXT[: 7 * n]}",
            "author": author,
            "product": product,
        }
        author["reviews"].append(reviews[str(n)])
        product["reviews"].append(reviews[str(n)])
    return Shop(users, products, reviews)


def shipping(price: int, weight: int) -> int:
    """Return the shipping estimate, which `inventory` computes from the fields that it requires."""
    return price * weight // 100
