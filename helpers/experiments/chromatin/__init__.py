"""The experiments of lesson 07, over seeds, with dumb models beside them; `course bench chromatin` runs them."""
