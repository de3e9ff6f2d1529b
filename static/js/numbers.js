// How charts write amounts; the same style as gateway_platform/templatetags/numbers.py.
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

const dollars = (value) => {
  if (value === 0) return "$0";
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 1 ? 2 : Math.abs(value) >= 0.01 ? 3 : 5;
  return "$" + new Intl.NumberFormat("en-US", { maximumFractionDigits: digits }).format(value);
};

const milliseconds = (value) => (value >= 1000 ? `${+(value / 1000).toFixed(value >= 10000 ? 0 : 1)} s` : `${Math.round(value)} ms`);

export const formatters = { count: (value) => compact.format(value), dollars, milliseconds };
