"""The public gateway benchmark: four subgraphs, one query of six levels, `hub gateway` beside the gateways of npm."""
