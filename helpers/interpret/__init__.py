"""What a trained network looks at: single bases, filters, attention."""

from helpers.interpret.mutagenesis import in_silico_mutagenesis, integrated_gradients, saliency

__all__ = ["in_silico_mutagenesis", "integrated_gradients", "saliency"]
