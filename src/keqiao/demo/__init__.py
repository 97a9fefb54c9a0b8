"""A made-up world: invented organisations and people, with needs and achievements that can really match."""
