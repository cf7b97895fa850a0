import { Navigate, useSearchParams } from 'react-router';

/** The first page is the devices'. Makers of devices come with `/?login_code=…` and want to see that one's messages. */
export function StartPage() {
  const [params] = useSearchParams();
  const code = params.get('login_code');
  return <Navigate to={code ? `/devices/${encodeURIComponent(code)}/protocol` : '/devices'} replace />;
}
