/* Passkeys: hands the server's request to the browser and its answer back in the form. Nothing is inline (strict CSP). */
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const create = async (asked) => {
    const made = await navigator.credentials.create({ publicKey: {
      ...asked, challenge: bytes(asked.challenge), user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: listed(asked.excludeCredentials),
    } });
    return {
      id: made.id, rawId: text(made.rawId), type: made.type,
      response: {
        attestationObject: text(made.response.attestationObject), clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : null,
      },
      extensions: JSON.stringify(made.getClientExtensionResults()),
    };
  };
  const get = async (asked) => {
    const given = await navigator.credentials.get({ publicKey: {
      ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials),
    } });
    return {
      id: given.id, rawId: text(given.rawId), type: given.type,
      response: {
        authenticatorData: text(given.response.authenticatorData), clientDataJSON: text(given.response.clientDataJSON),
        signature: text(given.response.signature), userHandle: text(given.response.userHandle || new ArrayBuffer(0)),
      },
      assertionClientExtensions: JSON.stringify(given.getClientExtensionResults()),
    };
  };

  document.querySelectorAll("[data-passkey]").forEach(async (place) => {
    const form = place.closest("form");
    try {
      const answer = await (place.dataset.passkey === "create" ? create : get)(JSON.parse(place.dataset.options));
      form.elements.namedItem("credential").value = JSON.stringify(answer);
      form.submit();
    } catch (failure) {
      place.querySelector("[data-passkey-said]").textContent = place.dataset.failed;
    }
  });
})();
