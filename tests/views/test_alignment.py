"""How two sequences are set side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iac.views import alignment
from iac.views.alignment import align, align_elements, longest_common

SEQUENCES = st.lists(st.integers(0, 4), max_size=9)


def is_subsequence(part, whole):
    rest = iter(whole)
    return all(item in rest for item in part)


@given(SEQUENCES, SEQUENCES)
def test_both_ways_find_a_longest_common_subsequence(old, new):
    by_table = alignment._by_table(old, new)
    by_threads = alignment._by_threads(old, new)
    assert len(by_table) == len(by_threads)
    for found in (by_table, by_threads, longest_common(old, new)):
        assert is_subsequence(found, old)
        assert is_subsequence(found, new)
    assert longest_common(old, new) == by_table  # leaving out what both begin and end with changes nothing


@given(SEQUENCES, SEQUENCES)
def test_every_element_of_both_sides_is_shown_once_in_order(old, new):
    pairs = list(align(old, new))
    assert [i for i, _ in pairs if i is not None] == list(range(len(old)))
    assert [j for _, j in pairs if j is not None] == list(range(len(new)))
    assert all(old[i] == new[j] for i, j in pairs if i is not None and j is not None)


def never(index):
    return False


def always(index):
    return True


def test_lists_of_one_length_are_compared_place_by_place():
    assert list(align_elements("abc", "axc", never, never)) == [(0, 0), (1, 1), (2, 2)]


def test_a_mere_reordering_is_not():
    assert list(align_elements("ab", "ba", never, never)) == [(0, None), (1, 0), (None, 1)]


def test_objects_in_a_gap_are_paired():
    assert list(align_elements("xa", "yab", always, always)) == [(0, 0), (1, 1), (None, 2)]
    assert list(align_elements("xa", "yab", never, never)) == [(0, None), (None, 0), (1, 1), (None, 2)]
