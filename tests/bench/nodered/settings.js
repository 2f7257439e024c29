// Node-RED with nothing but its runtime: no editor, no administration, no log of requests.
module.exports = {
  uiHost: '127.0.0.1',
  httpAdminRoot: false,
  disableEditor: true,
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { autoInstall: false, palette: { allowInstall: false } },
  credentialSecret: false,
  logging: { console: { level: 'info', metrics: false, audit: false } },
};
