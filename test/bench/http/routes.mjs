/**
 * What is asked of each read route, by its name in the description; a route that is new and not here is asked without
 * anything. `as`: who asks, the admin unless told.
 */
export const asked = ([first, second, running]) => ({
  getMetrics: [{}],
  getMesh: [{}, { as: 'customer' }],
  listRounds: [
    {},
    { query: 'path=P001%3EP002' },
    { query: 'path=P001%3EP002&limit=1000' },
    { query: 'limit=1000' },
    { as: 'customer' },
  ],
  getBands: [
    { query: 'path=P001%3EP002' },
    { query: 'service=svc-7' },
    { query: 'service=svc-0', as: 'customer' },
  ],
  listOutages: [{}, { query: `from=${running}-01` }, { as: 'customer' }],
  listExclusions: [{}, { as: 'customer' }],
  getExclusion: [{ params: { id: 'X21' } }],
  getExclusionImpact: [{ params: { id: 'X21' } }],
  getAvailability: [
    { query: `month=${second}` },
    { query: `month=${running}` },
    { query: `month=${running}`, as: 'customer' },
  ],
  listStatements: [{ query: `month=${first}` }, {}, { as: 'customer' }],
  getStatement: [
    { params: { month: first, service: 'svc-7' } },
    { params: { month: second, service: 'svc-7' } },
    { params: { month: running, service: 'svc-7' }, query: 'toDate=true' },
  ],
  getReport: [
    { params: { month: first }, query: 'service=svc-7' },
    { params: { month: first }, query: 'service=svc-7&format=html&lang=zh-CN' },
    { params: { month: first }, query: 'service=svc-7&format=pdf' },
    { params: { month: first }, query: 'customer=customer-3&format=xlsx' },
    { params: { month: running }, query: 'service=svc-7&toDate=true' },
    { params: { month: first }, query: 'format=csv' },
  ],
  getFaultReport: [{ params: { id: 'F7' } }],
  getFaultEvidence: [{ params: { id: 'F7' } }],
  listFaultReports: [{}, { query: 'state=acknowledged&limit=200' }, { as: 'customer' }],
  listCredits: [{}, { query: `month=${first}` }],
  listTrail: [{ query: 'limit=100' }],
  listBookEntries: [{}],
});

/** Where nothing is to be measured: a file nobody sent, a way in. */
export const leftOut = ['getAttachment', 'getFaultAttachment', 'getPerson', 'startOidc', 'finishOidc'];
