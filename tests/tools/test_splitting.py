from odoo.tests import BaseCase, tagged

from ...tools.splitting import fill, share_out, split


@tagged("post_install", "-at_install")
class TestSplitting(BaseCase):
    """Parts that come to the whole."""

    def _split(self, amount, weights):
        return split(amount, weights, lambda value: round(value, 2))

    def test_split_comes_to_the_amount(self):
        self.assertEqual(self._split(100, [1, 1, 1]), [33.33, 33.34, 33.33])

    def test_split_by_weights_of_either_sign(self):
        self.assertEqual(self._split(50, [3, -1, 0.5]), [60, -20, 10])

    def test_split_by_weights_of_nothing_gives_all_to_the_first(self):
        self.assertEqual(self._split(7, [1, -1]), [7, 0])

    def test_fill_gives_no_more_than_fits(self):
        self.assertEqual(fill(5, [2, 2, 4]), [2, 2, 1])
        self.assertEqual(fill(9, [2, 2]), [2, 2])

    def test_fill_leaves_out_what_has_the_other_sign(self):
        self.assertEqual(fill(-3, [2, -2, -4]), [0, -2, -1])

    def test_share_out_gives_the_rest_to_the_last(self):
        self.assertEqual(share_out(9, [2, 2, 3]), [2, 2, 5])
        self.assertEqual(share_out(9, []), [])
