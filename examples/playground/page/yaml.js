// The parts of a line of YAML that have a colour of their own. Good enough to read by; what a line means is the library's to say.

const PARTS = /(?<comment>(?:^|(?<=\s))#.*$)|(?<string>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')(?!\s*:)|(?<key>(?:"[^"]*"|'[^']*'|[\w$./-]+)(?=\s*:(?:\s|$)))|(?<mark>^---|^\.\.\.|[{}[\],]|(?:^|(?<=\s))-(?=\s))/g

/** Longer lines stay plain, so that no line takes long. */
const LONGEST = 2_000

/** `[{from, to, kind}]` in the order of the line, in UTF-16 units. */
export function parts(line) {
  if (line.length > LONGEST) return []
  return Array.from(line.matchAll(PARTS), (match) => {
    const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined)
    return { from: match.index, to: match.index + match[0].length, kind }
  })
}
