"""keii (経緯): dated, sourced, deduplicated timelines from Japanese articles."""
