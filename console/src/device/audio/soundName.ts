/** What a sound is called after its file: without the ending, and as short as a name may be. */
export function soundName(file: string): string {
  return (
    file
      .replace(/\.[a-z0-9]{1,5}$/i, '')
      .replace(/[_\s]+/g, ' ')
      .trim()
      .slice(0, 100) || file.slice(0, 100)
  );
}
