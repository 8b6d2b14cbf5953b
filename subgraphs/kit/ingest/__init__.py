"""What the sources of all subgraphs share: units of work, refusals, reports, and readers of foreign formats."""
