"""What each command writes: nothing for one that only reads, which then changes no file, key, database or password.

A test walks this table: every command has a row, and those that only read leave all as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

READS = ""
"""The effect of a command that writes nothing but its output."""

EFFECTS: Mapping[str, str] = {
    "serve": (
        "le journal des accès ; avec `--role webhooks`, rien que les données des sources qui envoient et, chiffré, ce "
        "qui en est refusé ; avec `--role notifications`, rien que le journal et où en est chaque abonné ; sur la base "
        "embarquée seulement, la crée, la migre et lui donne les mots de passe"
    ),
    "gateway": READS,
    "compose": "le supergraphe, au chemin d'« --output »",
    "schema diff": READS,
    "schema show": READS,
    "plan": READS,
    "client python": "le client, dans le dossier d'« --output », qu'il remplace",
    "client typescript": "le client, dans le dossier d'« --output », qu'il remplace",
    "export": (
        "le fichier d'« --output », ses motifs d'accès à côté (`….access.json`) et, jusqu'à la fin, ses pages "
        "(`….part`) ; au journal du hub, ce qui a été lu"
    ),
    "token": READS,
    "ingest": "les données de la source, sa lecture parmi celles de `hub sources`, et, chiffré, ce qui en est refusé",
    "sources": READS,
    "send": (
        "envoie aux systèmes des réglages ce que les mutations ont écrit pour eux, et garde ce qu'ils en disent ; le "
        "journal des accès"
    ),
    "sync": (
        "les données de la source, sa lecture parmi celles que montre `hub sources`, où elle en est, et, chiffré, ce "
        "qui en est refusé"
    ),
    "quarantine": READS,
    "matching status": READS,
    "matching apply": "réunit et sépare les dossiers de personnes, comme les agents l'ont décidé",
    "journal verify": READS,
    "journal search": "sa propre trace au journal",
    "journal why": "sa propre trace au journal",
    "journal forget": "sa propre trace au journal ; efface la clé d'une personne",
    "journal expire": "efface les mois échus du journal et des demandes d'écriture, ouvre ceux qui viennent",
    "journal adopt": "signe ce qu'une version antérieure a laissé sans signature ; sa propre trace au journal",
    "changes expire": "efface ce qui a changé il y a plus longtemps que la durée",
    "changes restart": "commence une autre histoire des changements : les curseurs d'avant ne valent plus",
    "subscriptions add": "l'abonnement et, scellé, son secret",
    "subscriptions list": READS,
    "subscriptions pause": "l'état d'un abonnement",
    "subscriptions resume": "l'état d'un abonnement",
    "subscriptions remove": "efface un abonnement et son secret",
    "revocations add": "l'état partagé : un accès retiré",
    "revocations remove": "l'état partagé : un accès rendu",
    "revocations list": READS,
    "keys init": "les clés d'une installation neuve, ou les `role-…`, `quarantine`, etc. qui manquent",
    "keys list": READS,
    "keys rotate": "les clés nommées, les anciennes (`….previous`), la partie publique de l'ancienne clé du journal",
    "keys end": "efface les anciennes clés `….previous`",
    "keys sender": "le secret d'un expéditeur de notifications",
    "keys subgraph": "la clé `context-…` d'un sous-graphe d'une autre équipe",
    "database migrate": "la base, ses rôles et ses schémas ; aucun mot de passe d'un rôle qui existe",
    "database passwords": "les mots de passe des rôles",
    "backup create": "la copie, dans un dossier neuf",
    "backup protections": "le registre des protections ; efface de la base ce qu'il n'a plus à retenir",
    "backup restore": "une base neuve, du nom que dit DATABASE_URL, qui n'en remplace aucune ; sa trace au journal",
    "backup settle": "les droits en vigueur, l'histoire des changements, sa propre trace au journal, clés de personnes",
    "policy check": READS,
    "policy table": READS,
    "policy explain": READS,
    "policy who": READS,
    "policy diff": READS,
    "policy register": READS,
    "policy gaps": READS,
    "policy impact": READS,
    "settings check": READS,
    "settings show": READS,
    "subgraph check": READS,
    "bench": "une base de mesure à part, nommée comme la vôtre et `_bench` ; avec `--peers`, le rôle `bench_reader`, "
    "effacé à la fin",
    "bench ingest": "une base de mesure à part, nommée comme la vôtre et `_bench_ingest`, effacée à la fin",
    "bench growth": "une base de mesure à part, nommée comme la vôtre et `_bench`",
}
"""What each command writes, in French for docs/exploitation.md, by its whole name."""
