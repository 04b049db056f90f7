/* 送学 · the little script. Every page works without it; it only spares people trouble.
   1 once · 2 drafts · 3 unsaved · 4 copy, print, back · 5 menus, select · 6 keys · 7 idle · 8 after a swap */
(function () {
  'use strict';
  var doc = document, root = doc.documentElement;
  root.classList.add('with-script');
  function each(within, selector, work) {
    if (within.matches && within.matches(selector)) { work(within); }
    Array.prototype.forEach.call(within.querySelectorAll(selector), work);
  }
  var said = {}, meta = doc.querySelector('meta[name="script-words"]');
  if (meta) { try { said = JSON.parse(meta.content); } catch (trouble) { said = {}; } }
  function t(words) { return said[words] || words; }    /* message ids are Chinese, as everywhere */
  function clock() { var t = new Date(Date.now() + 28800000); return t.getUTCHours() + ':' + ('0' + t.getUTCMinutes()).slice(-2); }  /* Shanghai's, as the server's */

  /* 1 ── a form is sent once: the second press waits for the first answer */
  doc.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== 'post') { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    form.dataset.leaving = '1';
    var button = event.submitter;
    if (button) { button.classList.add('sending'); button.setAttribute('aria-busy', 'true'); }
    setTimeout(function () { freed(form); }, 15000);
  });
  function freed(form) {
    delete form.dataset.sent; delete form.dataset.leaving;
    each(form, '.sending', function (button) { button.classList.remove('sending'); button.removeAttribute('aria-busy'); });
  }
  window.addEventListener('pageshow', function () { each(doc, 'form[data-sent]', freed); });

  /* large type needs no new page, so nothing that was typed is lost */
  doc.addEventListener('submit', function (event) {
    var form = event.target, button = form.querySelector('button');
    if (form.dataset.typeSize === undefined) { return; }
    event.preventDefault();
    var wanted = button.value, sent = new FormData(form);
    sent.append('type', wanted);
    fetch(form.action, { method: 'POST', body: sent, credentials: 'same-origin', headers: { 'X-Autosave': '1' } }).then(function (answer) {
      if (!answer.ok) { throw new Error(); }
      root.dataset.type = wanted;
      each(doc, 'form[data-type-size] button', function (one) {
        one.value = wanted === 'large' ? 'normal' : 'large';
        one.lastChild.textContent = wanted === 'large' ? t('标准字') : t('大字');
      });
    }).catch(function () { form.removeAttribute('data-type-size'); form.requestSubmit(button); });
  }, true);

  /* 2 ── drafts: data-autosave="URL" posts the form in the background a moment after the last keystroke */
  function savedWords(form, words, failed) {
    var lines = form.querySelectorAll('[data-saved-words]');
    Array.prototype.forEach.call(lines.length ? lines : doc.querySelectorAll('[data-saved-words]'), function (line) {
      line.textContent = words;
      line.closest('[data-saved]').classList.toggle('why', failed);
    });
  }
  function autosave(form) {
    var timer = null, running = false, again = false;
    function save() {
      if (form.dataset.leaving) { return; }
      if (running) { again = true; return; }
      running = true; again = false;
      var sent = new FormData(form), was = written(form);
      fetch(form.dataset.autosave, { method: 'POST', body: sent, credentials: 'same-origin', redirect: 'error', headers: { 'X-Autosave': '1', 'Accept': 'application/json' } })
        .then(function (answer) {
          if (!answer.ok) { throw new Error(String(answer.status)); }
          return (answer.headers.get('Content-Type') || '').indexOf('json') < 0 ? {} : answer.json();
        })
        .then(function (kept) {
          form.dataset.written = was;
          if (kept.version !== undefined && form.elements.version) { form.elements.version.value = kept.version; }
          if (kept.url) { form.dataset.autosave = kept.url; }
          savedWords(form, t('草稿已自动保存，%(at)s。关掉网页也不会丢。').replace('%(at)s', clock()), false);
        })
        .catch(function () { savedWords(form, t('刚才没能存成草稿（%(at)s），内容还在这一页上，过一会儿会再存。').replace('%(at)s', clock()), true); timer = setTimeout(save, 20000); })
        .then(function () { running = false; if (again) { save(); } });
    }
    function soon() { clearTimeout(timer); timer = setTimeout(save, 1500); }
    form.addEventListener('input', soon);
    form.addEventListener('change', soon);
  }

  /* 3 ── leaving a page with something typed and not saved asks once (data-guard, or any form that saves drafts) */
  function written(form) {
    var pairs = [];
    new FormData(form).forEach(function (value, name) { if (name !== 'csrf_token') { pairs.push(name + '=' + (value.name || value)); } });
    return pairs.join('&');
  }
  window.addEventListener('beforeunload', function (event) {
    each(doc, 'form[data-written]', function (form) {
      if (!form.dataset.leaving && written(form) !== form.dataset.written) { event.preventDefault(); event.returnValue = ''; }
    });
  });

  /* 4 ── copy, print, back; choices whose box shows what is chosen */
  function copied(button) {
    var was = button.textContent;
    button.textContent = t('已复制');
    setTimeout(function () { button.textContent = was; }, 2000);
  }
  function copyOld(text) {
    var area = doc.createElement('textarea');
    area.value = text; area.className = 'visually-hidden'; doc.body.appendChild(area); area.select();
    var done = false;
    try { done = doc.execCommand('copy'); } catch (trouble) { done = false; }
    doc.body.removeChild(area);
    return done;
  }
  doc.addEventListener('click', function (event) {
    var target = event.target.closest ? event.target.closest('[data-copy],[data-print],[data-back],[data-dismiss]') : null;
    if (!target) { return; }
    if (target.dataset.copy !== undefined) {
      var text = target.dataset.copy;
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(text).then(function () { copied(target); }, function () { if (copyOld(text)) { copied(target); } });
      } else if (copyOld(text)) { copied(target); } else { target.textContent = t('请长按文字复制'); }
    } else if (target.dataset.print !== undefined) { window.print(); }
    else if (target.dataset.back !== undefined) { window.history.back(); }
    else { target.closest('[data-dismissed]').remove(); }
  });
  doc.addEventListener('change', function (event) {
    var input = event.target, box = input.closest ? input.closest('.pick') : null;
    if (box) {
      if (input.type === 'radio') { each(input.form || doc, '.pick > input[type="radio"]', function (one) { if (one.name === input.name) { one.parentNode.classList.toggle('on', one.checked); } }); }
      else { box.classList.toggle('on', input.checked); }
    }
    /* 5 ── a sorting or filtering select does not need its button */
    if (input.dataset && input.dataset.submit !== undefined && input.form) { input.form.submit(); }
  });

  /* 5 ── menus close on a click outside and on Escape */
  function closeMenus(except) { each(doc, 'details.drop[open]', function (menu) { if (!except || !menu.contains(except)) { menu.open = false; } }); }
  doc.addEventListener('click', function (event) { closeMenus(event.target); });

  /* 6 ── keys: a link or button with data-key="p" is pressed by P; [data-row] elements are walked by J and K, opened by Enter; ? shows [data-keys-help] */
  function typing(element) { return /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable; }
  function walk(step) {
    var rows = Array.prototype.filter.call(doc.querySelectorAll('[data-row]'), function (row) { return row.offsetParent !== null; });
    if (!rows.length) { return; }
    var here = rows.indexOf(doc.activeElement);
    if (here < 0) { here = rows.findIndex(function (row) { return row.getAttribute('aria-current'); }); }
    rows[Math.max(0, Math.min(rows.length - 1, here + step))].focus();
  }
  doc.addEventListener('keydown', function (event) {
    if (event.key === 'Escape') { closeMenus(null); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) { return; }
    var key = event.key.toLowerCase();
    if (key === 'j' || key === 'k') { if (doc.querySelector('[data-row]')) { walk(key === 'j' ? 1 : -1); event.preventDefault(); } return; }
    if (key === '?') { var help = doc.querySelector('details[data-keys-help]'); if (help) { help.open = !help.open; event.preventDefault(); } return; }
    var wanted = null;
    each(doc, '[data-key]', function (one) { if (!wanted && one.dataset.key.toLowerCase().split(' ').indexOf(key) >= 0 && one.offsetParent !== null) { wanted = one; } });
    if (wanted) { event.preventDefault(); if (typing(wanted)) { wanted.focus(); } else { wanted.click(); } }
  });

  /* 7 ── the sign-in ends when nothing is done for a while: say so five minutes before, in place */
  var idle = Number(doc.body.dataset.idleMinutes || 0), idleTimer = null;
  function warnIdle() {
    if (doc.querySelector('.away-soon')) { return; }
    var bar = doc.createElement('div'), words = doc.createElement('span'), stay = doc.createElement('button');
    bar.className = 'away-soon'; bar.setAttribute('role', 'alert');
    words.textContent = t('您有一会儿没有操作了，再过 5 分钟会自动退出登录。没保存的内容请先保存。');
    stay.className = 'btn btn-plain'; stay.type = 'button'; stay.textContent = t('我还在');
    stay.addEventListener('click', function () {
      fetch('/account/', { method: 'HEAD', credentials: 'same-origin', redirect: 'error' }).then(function (answer) {
        if (!answer.ok) { throw new Error(); }
        bar.remove(); watchIdle();
      }).catch(function () { words.textContent = t('登录可能已经结束。请先把填的内容复制下来，再重新登录。'); stay.remove(); });
    });
    bar.appendChild(words); bar.appendChild(stay); doc.body.appendChild(bar);
  }
  function watchIdle() { if (idle > 5) { clearTimeout(idleTimer); idleTimer = setTimeout(warnIdle, (idle - 5) * 60000); } }
  watchIdle();
  doc.addEventListener('htmx:afterRequest', watchIdle);

  /* 8 ── what the page holds now, and what htmx brings later */
  function greet(within) {
    each(within, '[data-copy],[data-print]', function (one) { one.hidden = false; });
    if (window.history.length > 1) { each(within, '[data-back]', function (one) { one.hidden = false; }); }
    each(within, 'form[data-autosave], form[data-guard]', function (form) {
      if (form.dataset.written !== undefined) { return; }
      form.dataset.written = written(form);
      if (form.dataset.autosave) { autosave(form); }
    });
    each(within, '[data-focus]', function (wrong) { wrong.focus(); });
  }
  greet(doc);
  doc.addEventListener('htmx:load', function (event) { if (event.target !== doc.body) { greet(event.target); } });
  doc.addEventListener('htmx:configRequest', function (event) {
    var token = doc.querySelector('input[name="csrf_token"]');
    if (token && event.detail.verb !== 'get') { event.detail.headers['X-CSRFToken'] = token.value; }
  });
})();
