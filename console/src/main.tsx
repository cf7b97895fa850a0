import '@fontsource-variable/geist';
import '@fontsource-variable/geist-mono';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './ui/global.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { startI18n } from './i18n/i18n';
import { isSimulated, SimApp } from './sim/SimApp';

await startI18n();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(<StrictMode>{isSimulated() ? <SimApp /> : <App />}</StrictMode>);
}
