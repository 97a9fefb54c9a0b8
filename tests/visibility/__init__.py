"""Proof of visibility across the whole product: who finds which marker where, and that "no" changes nothing."""
