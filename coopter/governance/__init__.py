"""How the grouping decides: texts and signatures, assemblies and votes, decisions in force, admission, capital."""
