"""The benchmarks: `hub bench` against plain resolvers, and `benchmarks.gateway` against other gateways."""
