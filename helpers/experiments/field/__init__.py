"""The experiments of lesson 09, over seeds, with dumb models beside them; `course bench field` runs them."""
