"""Who tells of an event, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from keii.model import Article, Claim


def published(claim: Claim, articles: Mapping[str, Article]) -> str:
    """When the claim's article appeared; "" where that is unknown."""
    article = articles.get(claim.article)
    return (article.published if article else None) or ""


def independent(claims: Iterable[Claim], articles: Mapping[str, Article]) -> set[str]:
    """Who tells of it in the last instance: the outlets cited; where none is, the article's own outlet or the article."""
    tellers: set[str] = set()
    for claim in claims:
        article = articles.get(claim.article)
        tellers.update(claim.outlets or [(article.outlet if article else None) or claim.article])
    return tellers
