import { useTranslation } from 'react-i18next';
import { Navigate, Outlet } from 'react-router';
import { may } from '../api/currentTenant';
import { NotFoundPage } from '../app/ErrorPages';
import { Section } from '../app/Section';
import { useTitle } from '../ui/useTitle';
import { pagesOf } from './pages';
import { useOrganisation } from './useOrganisation';

/** Everything about one organisation: its people, groups, keys, what was done, its settings. */
export function OrganisationLayout() {
  const { t } = useTranslation();
  const organisation = useOrganisation();
  useTitle(organisation.name);
  if (organisation.id === 0) return <NotFoundPage />;
  return (
    <Section
      kind={t('nav.organisation')}
      title={organisation.name}
      pages={pagesOf(organisation).map((page) => ({
        to: `/organisations/${organisation.id}/${page}`,
        label: t(`nav.${page}`),
      }))}
    >
      {/* Keyed: what was typed for one organisation is nothing to another. */}
      <Outlet key={organisation.id} />
    </Section>
  );
}

/** Leads to the first page that one may see. */
export function OrganisationIndex() {
  const organisation = useOrganisation();
  return <Navigate to={may('manage_people', organisation) ? 'people' : 'settings'} replace />;
}
