import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { useIsPlatformAdmin } from '../api/currentTenant';
import { NotFoundPage } from '../app/ErrorPages';
import { Section } from '../app/Section';
import { useTitle } from '../ui/useTitle';

const PAGES = ['organisations', 'users', 'stock', 'firmware', 'storage', 'audit'] as const;

/** The area of those who run the cloud. */
export function PlatformLayout() {
  const { t } = useTranslation();
  useTitle(t('nav.platform'));
  if (!useIsPlatformAdmin()) return <NotFoundPage />;
  return (
    <Section
      title={t('nav.platform')}
      pages={PAGES.map((page) => ({ to: `/platform/${page}`, label: t(`nav.${page}`) }))}
    >
      <Outlet />
    </Section>
  );
}
