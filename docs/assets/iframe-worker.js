// Search in pages opened from a folder or a USB stick: browsers start no worker there, so a hidden frame does its work.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.page = frame.contentWindow;
      this.loaded = new Promise((done) => {
        addEventListener("message", (event) => {
          if (event.source !== this.page) return;
          if (event.data === "loaded") done();
          else this.dispatchEvent(new MessageEvent("message", { data: event.data }));
        });
      });
      const inside = frame.contentDocument;
      inside.open();
      inside.write(`<script>
        postMessage = (data) => parent.postMessage(data, "*");
      <\/script><script src="${url}" onload="postMessage('loaded')"><\/script>`);
      inside.close();
    }
    postMessage(data) {
      this.loaded.then(() => window.postMessage.call(this.page, data, "*")); // the frame has one of its own by then
    }
    terminate() {}
  };
}
