/** Frames that are broken on purpose, each against one rule: what a device does with them is worth knowing. */
export const BROKEN = [
  'notJson',
  'noObject',
  'noSeq',
  'textSeq',
  'twoForms',
  'noForm',
  'unknownMethod',
  'unknownEvent',
  'missingParam',
  'strangeAnswer',
  'tooBig',
] as const;
export type Broken = (typeof BROKEN)[number];

/** What the device has to do with it, by the protocol. */
export const EXPECTED: Record<
  Broken,
  'closes1007' | 'closes1008' | 'closes1009' | 'answers101' | 'answers12' | 'ignores'
> = {
  notJson: 'closes1007',
  noObject: 'closes1008',
  noSeq: 'closes1008',
  textSeq: 'closes1008',
  twoForms: 'closes1008',
  noForm: 'closes1008',
  unknownMethod: 'answers101',
  unknownEvent: 'ignores',
  missingParam: 'answers12',
  strangeAnswer: 'closes1008',
  tooBig: 'closes1009',
};

export function brokenFrame(broken: Broken, seq: number, maxMessage: number): string {
  const next = String(seq);
  switch (broken) {
    case 'notJson':
      return `{"req": "QueryTime", "seq": ${next}`;
    case 'noObject':
      return `["QueryTime", ${next}]`;
    case 'noSeq':
      return '{"req": "QueryTime"}';
    case 'textSeq':
      return `{"req": "QueryTime", "seq": "${next}"}`;
    case 'twoForms':
      return `{"req": "QueryTime", "event": "RebootDevice", "seq": ${next}}`;
    case 'noForm':
      return `{"params": {}, "seq": ${next}}`;
    case 'unknownMethod':
      return `{"req": "Teleport", "params": {}, "seq": ${next}}`;
    case 'unknownEvent':
      return '{"event": "Sunrise", "params": {}}';
    case 'missingParam':
      return `{"req": "KeepAwaken", "params": {"channel": 0}, "seq": ${next}}`;
    case 'strangeAnswer':
      return '{"seq": 987654321, "resp": {}}';
    case 'tooBig':
      return `{"req": "QueryTime", "params": {"x": "${'x'.repeat(maxMessage)}"}, "seq": ${next}}`;
  }
}
