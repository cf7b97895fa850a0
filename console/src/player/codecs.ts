/** What a MIME type with codecs (RFC 6381) says, in words a person knows. */
export interface CodecNames {
  video?: string;
  audio?: string;
}

const H264_PROFILES: Record<string, string> = { '42': 'Baseline', '4d': 'Main', '58': 'Extended', '64': 'High' };

export function codecNamesOf(mime: string): CodecNames {
  const list = /codecs="?([^"]*)"?/i.exec(mime)?.[1] ?? '';
  const names: CodecNames = {};
  for (const codec of list.split(',').map((c) => c.trim())) {
    const [family = '', detail = ''] = codec.split('.');
    switch (family.toLowerCase()) {
      case 'avc1':
      case 'avc3': {
        const profile = H264_PROFILES[detail.slice(0, 2).toLowerCase()];
        names.video = profile ? `H.264 ${profile}` : 'H.264';
        break;
      }
      case 'hvc1':
      case 'hev1':
        names.video = 'H.265 (HEVC)';
        break;
      case 'av01':
        names.video = 'AV1';
        break;
      case 'mp4a':
        names.audio = 'AAC';
        break;
      case 'opus':
        names.audio = 'Opus';
        break;
      case '':
        break;
      default:
        names.video ??= codec;
    }
  }
  return names;
}

export function isHevc(mime: string): boolean {
  return /\b(hvc1|hev1)\b/i.test(mime);
}
