import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` finds the cloud. */
const cloud = process.env['OVC_URL'] ?? 'http://127.0.0.1:8080';

// The Host header is left as the browser sent it: the cloud builds play URLs from it, and they must lead back through this proxy.
const toCloud = { target: cloud, changeOrigin: false, ws: true };

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // Everything is served by the cloud under a CSP without data: scripts or fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // The libraries change seldom: browsers keep them over an update of the console. What few pages need comes with those.
        codeSplitting: { groups: [{ name: 'vendor', test: /node_modules\/(?!qr\/)/ }] },
      },
    },
  },
  server: {
    proxy: { '/api': toCloud, '/live': toCloud, '/healthz': toCloud },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'], setupFiles: ['src/testSetup.ts'] },
});
