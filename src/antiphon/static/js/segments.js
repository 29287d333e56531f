// How many SMS a text takes, and which characters make it costly: the rule of kit/segments.py, with the alphabet that the form carries.
const segments = (() => {
  const PLAIN = {
    "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-", "…": "...", "•": "-",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": "", "ç": "c", "á": "a", "í": "i", "ó": "o", "ú": "u", "â": "a", "ê": "e", "î": "i",
    "ô": "o", "û": "u", "ë": "e", "ï": "i", "ÿ": "y",
  };

  function measure(text, alphabet, extended) {
    const characters = [...text];
    const isBasic = characters.every((one) => alphabet.includes(one));
    const length = isBasic ? characters.length + characters.filter((one) => extended.includes(one)).length : text.length;
    const [one, many] = isBasic ? [160, 153] : [70, 67];
    const count = length <= one ? 1 : Math.ceil(length / many);
    return { length, room: count === 1 ? one : count * many, count };
  }

  const costly = (text, alphabet) => [...new Set([...text].filter((one) => !alphabet.includes(one)))];
  const plainly = (text, alphabet) => [...text].map((one) => (alphabet.includes(one) ? one : PLAIN[one] ?? one)).join("");

  return { measure, costly, plainly };
})();
