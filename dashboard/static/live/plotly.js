// Loads the vendored Plotly once per page, as a classic script; it cannot be imported as a module.
let loading;

export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/plotly-basic.min.js", import.meta.url).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = undefined; reject(new Error("Plotly did not load")); };
    document.head.append(script);
  });
  return loading;
}
