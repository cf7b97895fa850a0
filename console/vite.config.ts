import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the cloud. */
const cloud = process.env['OVC_URL'] ?? 'http://127.0.0.1:8080';

// The Host header is left as the browser sent it: the cloud builds play URLs from it, and they must lead back through this proxy.
const toCloud = { target: cloud, changeOrigin: false, ws: true };

/** What a simulated cloud puts into the page: `OVC_SIM=1 npm run dev` looks at one. */
const simulated: Plugin = {
  name: 'simulated-cloud',
  apply: () => process.env['OVC_SIM'] === '1',
  transformIndexHtml: () => [{ tag: 'meta', attrs: { name: 'ovs-mode', content: 'sim' }, injectTo: 'head' }],
};

export default defineConfig({
  plugins: [react(), simulated],
  build: {
    target: 'es2022',
    // Everything is served by the cloud under a CSP without data: scripts or fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // The libraries change seldom: browsers keep them over an update of the console. What few pages need comes with those.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|react-router|scheduler|@tanstack)\// },
            { name: 'vendor', test: /node_modules\/(?!(qr|hls\.js)\/)/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': toCloud, '/live': toCloud, '/play/': toCloud, '/healthz': toCloud },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'], setupFiles: ['src/testSetup.ts'] },
});
