import pytest
from hypothesis import given
from hypothesis import strategies as st

from antiphon.providers.pasting import campaign_id_in, is_address
from antiphon.providers.registry import ADAPTERS


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        ("482137", "482137"),
        ("  Spring 2026 ", "Spring 2026"),
        ("https://www.cm.com/app/campaigns/482137", "482137"),
        ("https://www.cm.com/app/campaigns/482137/edit?tab=2", "482137"),
        ("http://localhost:8090/campaigns/482138", "482138"),
        ("www.cm.com/campaigns/482137/", "482137"),
        ("https://www.cm.com/app?campaignId=A1&x=2", "A1"),
        ("https://www.cm.com/app/#/campaigns/9f8b2c1e-0000-4000-8000-000000000001", "9f8b2c1e-0000-4000-8000-000000000001"),
        ("https://www.cm.com/app#?id=77", "77"),
        ("HTTPS://www.cm.com/campaigns/Spring%20One", "Spring One"),
        ("localhost:8090/campaigns/482138/edit", "482138"),
        ("https://www.cm.com/", ""),
        ("", ""),
    ],
)
def test_a_campaign_id_is_taken_out_of_a_pasted_address(pasted: str, found: str) -> None:
    assert campaign_id_in(pasted) == found


@given(st.text(max_size=200))
def test_whatever_is_pasted_does_not_break_it(text: str) -> None:
    assert campaign_id_in(text) == campaign_id_in(text).strip()


@given(st.sampled_from(sorted(ADAPTERS)), st.text(max_size=200))
def test_every_app_reads_what_is_no_address_as_the_id_itself(app: str, text: str) -> None:
    assert is_address(text) or ADAPTERS[app].campaign_id_in(text) == text.strip()
