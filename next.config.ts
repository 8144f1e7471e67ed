import type { NextConfig } from 'next'

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // Postgres drivers and sign-in load files of their own at run time.
  serverExternalPackages: ['pg', 'pino', '@prisma/client', '@prisma/adapter-pg', 'better-auth'],
  typescript: { ignoreBuildErrors: true },
}

export default config
