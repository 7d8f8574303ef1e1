<#
.SYNOPSIS
Builds the Windows programs and the client's MSI into dist\ on a Windows, as "make windows" does on Linux.

.DESCRIPTION
Needs 64-bit Python 3.13 and, for the MSI, WiX 3 (by %WIX%, as its set-up sets it, or on PATH). With git the
programs carry the commit's time. Signs where PACKETWAVE_SIGN_PFX names a certificate. More in docs\windows.md.

.PARAMETER SkipMsi
Makes the programs only; WiX 3 is not needed then.

.EXAMPLE
powershell -ExecutionPolicy Bypass -File build.ps1
#>
[CmdletBinding()]
param(
    [switch]$SkipMsi
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# The first Python of the right version: what it is called, and what selects that version.
function Find-Python {
    $ErrorActionPreference = 'Continue'  # else what a wrong one writes to stderr would end this script
    $candidates = @(
        @{ Program = 'py'; Select = @('-3.13') },
        @{ Program = 'python'; Select = @() }
    )
    foreach ($candidate in $candidates) {
        if (Get-Command -Name $candidate.Program -CommandType Application -ErrorAction SilentlyContinue) {
            $select = $candidate.Select
            $null = & $candidate.Program @select '-c' 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>$null
            if ($LASTEXITCODE -eq 0) {
                return $candidate
            }
        }
    }
    throw 'Python 3.13 (64-bit) is missing: neither "py -3.13" nor "python" starts it. Install it from python.org.'
}

# Runs a program to its end, says how long it took, and stops everything where it fails.
function Invoke-Step {
    param([string]$Name, [string]$Program, [string[]]$Arguments)

    Write-Host ('build: {0} ...' -f $Name)
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) {
        throw ('{0} failed, exit code {1}' -f $Name, $LASTEXITCODE)
    }
    Write-Host ('build: {0}: {1:N0} s' -f $Name, $watch.Elapsed.TotalSeconds)
}

Push-Location -LiteralPath $PSScriptRoot
try {
    $whole = [System.Diagnostics.Stopwatch]::StartNew()
    $python = Find-Python
    $native = @('-m', 'installer', 'native')
    if ($SkipMsi) {
        $native += '--skip-msi'
    }
    Invoke-Step 'what is needed' $python.Program ($python.Select + $native + '--check')

    # Made anew each time: the programs can hold nothing but the pinned wheels.
    Invoke-Step 'virtual environment' $python.Program ($python.Select + @('-m', 'venv', '--clear', '.venv-windows'))
    $own = Join-Path -Path $PSScriptRoot -ChildPath '.venv-windows\Scripts\python.exe'
    Invoke-Step 'pinned wheels' $own @(
        '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--require-hashes',
        '--only-binary=:all:', '--requirement', 'installer\windows\requirements.txt'
    )

    Invoke-Step 'icons and licences' $own @('-m', 'installer', 'assets')
    Invoke-Step 'programs and MSI' $own $native
    Write-Host ('build: all of it: {0:N0} s; the result is in dist' -f $whole.Elapsed.TotalSeconds)
}
finally {
    Pop-Location
}
