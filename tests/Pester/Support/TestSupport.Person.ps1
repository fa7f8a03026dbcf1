# Part of NotionAuth.TestSupport.psm1: the person at the browser.

function Set-Person {
    <#
    .SYNOPSIS
    Says what the person at the browser does (see person.sh); returns the folder that keeps what they saw.
    #>
    param([string[]] $Plan = @('visit'))

    $folder = New-TestFolder 'person'
    Set-Content -LiteralPath (Join-Path $folder 'plan') -Value $Plan
    $env:NOTIONAUTH_TEST_PERSON = $folder
    $env:BROWSER = Join-Path $PSScriptRoot 'person.sh'
    $folder
}

function Get-PersonPage {
    <#
    .SYNOPSIS
    The page that the person saw after a step, once all steps are over.
    #>
    param([Parameter(Mandatory)] [string] $Folder, [int] $Step = 1)

    Wait-Until {
        Test-Path -LiteralPath (Join-Path $Folder 'done')
    } "the person finished: $(Get-Content -LiteralPath (Join-Path $Folder 'plan'))"
    Get-Content -LiteralPath (Join-Path $Folder "page-$Step.html") -Raw
}

function Get-PersonStatus {
    <#
    .SYNOPSIS
    The HTTP status of the last page of a step.
    #>
    param([Parameter(Mandatory)] [string] $Folder, [int] $Step = 1)

    $null = Get-PersonPage $Folder $Step
    [int](@(Get-Content -LiteralPath (Join-Path $Folder "head-$Step.txt") |
        Where-Object { $_ -match '^HTTP/' })[-1] -split
        ' ')[1]
}

function Initialize-Chromium {
    <#
    .SYNOPSIS
    Finds a Chromium and node, and installs what drives it; says what is missing.
    #>
    if (-not $env:CHROMIUM_PATH) {
        $env:CHROMIUM_PATH = Get-Command -Name chromium, chromium-browser, google-chrome,
            google-chrome-stable -CommandType Application -ErrorAction Ignore |
            Select-Object -First 1 -ExpandProperty Source
    }

    if (-not $env:CHROMIUM_PATH -or -not (Test-Path -LiteralPath $env:CHROMIUM_PATH)) {
        throw 'These tests need a Chromium: install chromium or google-chrome, or name its program in CHROMIUM_PATH.'
    }

    if (-not (Get-Command -Name node -CommandType Application -ErrorAction Ignore)) {
        throw 'These tests need node 20 or later: install it.'
    }
    $folder = Join-Path $PSScriptRoot '../browser'
    if (Test-Path -LiteralPath (Join-Path $folder 'node_modules/playwright-core')) { return }
    $output = npm ci --prefix $folder --silent --no-audit --no-fund 2>&1
    if ($LASTEXITCODE) { throw "npm ci in $folder failed; the registry must be reachable once.`n$output" }
}

function Set-ChromiumPerson {
    <#
    .SYNOPSIS
    Says what the person at a real Chromium does (see browser/person.mjs); returns the folder that keeps what they saw.
    #>
    param([Parameter(Mandatory)] [hashtable] $Plan)

    $folder = New-TestFolder 'chromium'
    $Plan | ConvertTo-Json | Set-Content -LiteralPath (Join-Path $folder 'plan.json')
    $env:NOTIONAUTH_TEST_PERSON = $folder
    $env:BROWSER = Join-Path $PSScriptRoot '../browser/person.sh'
    $folder
}

function Get-ChromiumReport {
    <#
    .SYNOPSIS
    What the person at the real Chromium saw.
    #>
    param([Parameter(Mandatory)] [string] $Folder)

    $path = Join-Path $Folder 'report.json'
    Wait-Until { Test-Path -LiteralPath $path } 'Chromium ended'
    $report = Get-Content -LiteralPath $path -Raw | ConvertFrom-Json
    if ($report.PSObject.Properties['failure']) {
        throw "Chromium could not do what the person wanted: $($report.failure)"
    }
    $report
}
