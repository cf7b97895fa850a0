import { useSearchParams } from 'react-router';

/** A dialog is open while the address names it (`?add`): the shortcut of other pages and the "back" button work by it. */
export function useOpenParameter(name: 'add' | 'bind') {
  const [search, setSearch] = useSearchParams();
  const set = (open: boolean): void => {
    setSearch(
      (before) => {
        if (open) before.set(name, '');
        else before.delete(name);
        return before;
      },
      { replace: !open },
    );
  };
  return {
    opened: search.has(name),
    open: () => {
      set(true);
    },
    close: () => {
      set(false);
    },
  };
}
