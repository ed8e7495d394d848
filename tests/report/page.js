/* SPDX-License-Identifier: Apache-2.0 */
/* What a browser makes of the page, as lines in an element 'verdict': text that sticks out, text
 * over text, and text that is hard to read. */
(function () {
    var faults = [];

    function report(kind, element, more) {
        if (faults.length < 20)
            faults.push(kind + ": '" + element.textContent.trim().slice(0, 60) + "' " + (more || ""));
    }

    function channels(colour) {
        var part = /rgba?\(([^)]*)\)/.exec(colour);
        return part ? part[1].split(/[ ,/]+/).map(Number) : [0, 0, 0, 0];
    }

    function luminance(rgb) {
        var linear = rgb.slice(0, 3).map(function (value) {
            value /= 255;
            return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
        });
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    }

    function background(element) {
        for (; element; element = element.parentElement) {
            var rgba = channels(getComputedStyle(element).backgroundColor);
            if (rgba.length < 4 || rgba[3] > 0)
                return rgba;
        }
        return [255, 255, 255];
    }

    function checkContrast(element) {
        var style = getComputedStyle(element);
        var front = luminance(channels(element.ownerSVGElement ? style.fill : style.color));
        var back = luminance(background(element));
        var ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
        if (ratio < 4.5)
            report("contrast", element, ratio.toFixed(2));
    }

    /* The boxes of the element's own text. */
    function boxes(element) {
        var found = [];
        element.childNodes.forEach(function (node) {
            if (node.nodeType !== 3 || !node.textContent.trim())
                return;
            var range = document.createRange();
            range.selectNodeContents(node);
            Array.prototype.forEach.call(range.getClientRects(), function (box) {
                if (box.width > 1 && box.height > 1)
                    found.push({element: element, box: box});
            });
        });
        return found;
    }

    function overlap(a, b) {
        var wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        var high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        return wide > 1.5 && high > 0.35 * Math.min(a.height, b.height);
    }

    function checkOverlaps(found) {
        found.sort(function (a, b) { return a.box.top - b.box.top; });
        for (var i = 0; i < found.length; i++)
            for (var j = i + 1; j < found.length && found[j].box.top < found[i].box.bottom; j++)
                if (found[i].element !== found[j].element && overlap(found[i].box, found[j].box))
                    report("overlap", found[i].element, "and '" + found[j].element.textContent + "'");
    }

    function check() {
        var root = document.documentElement;
        document.querySelectorAll("details").forEach(function (element) { element.open = true; });
        if (root.scrollWidth > root.clientWidth)
            faults.push("page is " + root.scrollWidth + " wide in a window of " + root.clientWidth);
        var found = [];
        document.querySelectorAll("body *:not(script):not(pre#verdict)").forEach(function (element) {
            var own = boxes(element);
            if (!own.length)
                return;
            found = found.concat(own);
            checkContrast(element);
            var picture = element.ownerSVGElement;
            own.forEach(function (item) {
                var edge = picture ? picture.getBoundingClientRect() : null;
                if (edge && (item.box.left < edge.left - 1 || item.box.right > edge.right + 1 ||
                             item.box.top < edge.top - 1 || item.box.bottom > edge.bottom + 1))
                    report("cut", element);
            });
        });
        checkOverlaps(found);
    }

    check();
    var verdict = document.createElement("pre");
    verdict.id = "verdict";
    verdict.textContent = faults.length ? "\n" + faults.join("\n") + "\n" : "fine";
    document.body.appendChild(verdict);
})();
